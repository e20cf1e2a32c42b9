"""What a GraphQL document may ask for: bounds, and the scales that hold a document against them."""

from graphql_schema.limits.refusals import DocumentRefused, TooComplex
from graphql_schema.limits.variables import check_variables
from graphql_schema.limits.weights import Weight, weigh

__all__ = ["DocumentRefused", "TooComplex", "Weight", "check_variables", "weigh"]
