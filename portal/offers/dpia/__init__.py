"""Model DPIAs: what a maker describes of a product, published by its supplier, for boards to compare with."""
