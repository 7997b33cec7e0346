"""What callers of the Python SDK do, and what they expect of it."""
import os

import openai
from openai import OpenAI

client = OpenAI(api_key=os.environ["VECTOR_API_KEY"], base_url=os.environ["VECTOR_BASE_URL"], max_retries=0)
MESSAGES = [{"role": "user", "content": "How are you?"}]
TOOLS = [{
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}]


def fails(kind, code, model, **more):
    try:
        answer = client.chat.completions.create(model=model, messages=MESSAGES, **more)
        if more.get("stream"):
            list(answer)
    except kind as error:
        assert code is None or error.code == code, error
        return error
    raise AssertionError(f"{model} did not fail")


plain = client.chat.completions.create(model="plain", messages=MESSAGES)
assert plain.choices[0].message.content == "Echo: How are you?", plain
assert plain.model == "plain"
assert plain._request_id.startswith("req_")

chunks = list(client.chat.completions.create(
    model="fails-over", messages=MESSAGES, stream=True, stream_options={"include_usage": True}))
assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Echo: How are you?"
assert chunks[-1].usage.total_tokens > 0

with client.chat.completions.stream(model="plain", messages=MESSAGES, tools=TOOLS, tool_choice="required") as stream:
    for event in stream:
        pass
    call = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert call.function.name == "get_weather", call
    assert call.id.startswith("call_")

raw = client.chat.completions.with_raw_response.create(model="plain", messages=MESSAGES)
assert raw.headers["x-millrace-provider"] == "plain-1"

assert fails(openai.NotFoundError, "model_not_found", "nobody-has-this").param == "model"
assert fails(openai.BadRequestError, "content_policy_violation", "refused").request_id.startswith("req_")
assert fails(openai.RateLimitError, "rate_limit_exceeded", "limited").response.headers["retry-after"] == "3"
fails(openai.InternalServerError, None, "broken")
fails(openai.InternalServerError, "provider_refused", "our-key")
fails(openai.APIError, None, "breaks-off", stream=True)

vectors = client.embeddings.create(model="vectors", input=["one", "two"])
assert len(vectors.data) == 2 and isinstance(vectors.data[0].embedding[0], float)
assert client.images.generate(model="draws", prompt="a dot").data[0].b64_json
assert "plain" in [model.id for model in client.models.list()]
assert client.models.retrieve("plain").object == "model"

try:
    OpenAI(api_key="mr_wrong", base_url=os.environ["VECTOR_BASE_URL"], max_retries=0).models.list()
    raise AssertionError("a wrong key was taken")
except openai.AuthenticationError:
    pass

print("all is as expected")
