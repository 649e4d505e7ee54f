"""The mistakes that are made with each part of the product, in tables; ``test_mistakes`` goes through them."""
