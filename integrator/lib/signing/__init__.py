"""Who signed a call, judged on the raw bytes in constant time, and how our own calls are signed.

`standard_webhooks` the Standard Webhooks format · `hmac_header` one HMAC in a header, with the presets GitHub, Stripe
and Shopify · `shared_secret` bearer, basic and API key · `json_web_token` tokens of an issuer ·
`mailgun` fields of a form ·
`errors` why a call is refused · `comparing` and
`bodies` what they share. Clocks come in as arguments; which secrets are active is for the caller to know.
"""

from integrator.lib.signing.bodies import Body
from integrator.lib.signing.errors import SignatureError
from integrator.lib.signing.hmac_header import (
    PRESETS,
    HmacScheme,
    sign_github,
    sign_hmac,
    sign_stripe,
    verify_hmac,
    verify_stripe,
)
from integrator.lib.signing.json_web_token import (
    KEY_ALGORITHMS,
    SHARED_ALGORITHMS,
    TokenKey,
    TokenRule,
    make_shared_keys,
    read_key_id,
    read_key_set,
    read_public_key,
    verify_token,
)
from integrator.lib.signing.mailgun import sign_mailgun, verify_mailgun
from integrator.lib.signing.shared_secret import verify_api_key, verify_basic, verify_bearer
from integrator.lib.signing.standard_webhooks import sign_standard_webhook, verify_standard_webhook

__all__ = [
    "KEY_ALGORITHMS",
    "PRESETS",
    "SHARED_ALGORITHMS",
    "Body",
    "HmacScheme",
    "SignatureError",
    "TokenKey",
    "TokenRule",
    "make_shared_keys",
    "read_key_id",
    "read_key_set",
    "read_public_key",
    "sign_github",
    "sign_hmac",
    "sign_mailgun",
    "sign_standard_webhook",
    "sign_stripe",
    "verify_api_key",
    "verify_basic",
    "verify_bearer",
    "verify_hmac",
    "verify_mailgun",
    "verify_standard_webhook",
    "verify_stripe",
    "verify_token",
]
