"""Pure definition of flows: model, kinds' shapes, graph, expressions, validation, file format. No Django here."""
