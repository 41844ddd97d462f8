"""Whether the body of a GraphQL request would change anything."""

import json
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse


def changes_something(body: bytes) -> bool:
    """Whether any operation in the body is a mutation, be it the one that is asked for or not.

    What cannot be read is no mutation: Dagster reads it by the same two parsers and refuses it.
    """
    try:
        asked: Any = json.loads(body)
        query = asked.get("query")
        document = parse(query) if isinstance(query, str) else None
    except (ValueError, AttributeError, RecursionError, GraphQLError):
        return False
    return document is not None and any(
        isinstance(node, OperationDefinitionNode) and node.operation is OperationType.MUTATION
        for node in document.definitions
    )
