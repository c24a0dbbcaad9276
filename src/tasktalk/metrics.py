"""What `/metrics` shows. Each process counts for itself; names end in their unit."""

from prometheus_client import Counter, Histogram

INTAKE_DELIVERIES = Counter(
    "tasktalk_intake_deliveries_total", "Webhook deliveries by HTTP status answered.", ["status"]
)
INTAKE_ITEMS = Counter("tasktalk_intake_items_total", "Messages, statuses and changes cut out of deliveries.", ["kind"])
INTAKE_SECONDS = Histogram(
    "tasktalk_intake_commit_seconds",
    "One commit of the inbox, shared by the deliveries that came meanwhile.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
CHANGES = Counter("tasktalk_changes_total", "Webhook fields other than messages that were handled.", ["field"])
QUEUE_HANDLED = Counter("tasktalk_queue_handled_total", "Items whose effects were committed.")
QUEUE_FAILED = Counter("tasktalk_queue_failed_total", "Attempts at an item that raised.")
QUEUE_SECONDS = Histogram("tasktalk_queue_batch_seconds", "Handling one batch, its statements included.")
GRAPH_CALLS = Counter(
    "tasktalk_graph_calls_total", "Calls to the Graph API by outcome and error code.", ["outcome", "code"]
)
GRAPH_SECONDS = Histogram("tasktalk_graph_seconds", "A call to the Graph API, until its answer was read.")
MODEL_CALLS = Counter(
    "tasktalk_model_calls_total", "Questions to the language model by what came of them.", ["outcome"]
)
MODEL_SECONDS = Histogram(
    "tasktalk_model_seconds",
    "A question to the language model, until it was answered or given up.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60),
)
MODEL_TOKENS = Counter("tasktalk_model_tokens_total", "Tokens that the language model counted.", ["direction"])
