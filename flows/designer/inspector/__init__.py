"""The inspector: forms for steps, the trigger and the flow, made of the settings' own shapes. No kind is named here."""
