"""What callers of the Python SDK do, and what they expect of it, whatever wire format the provider behind speaks."""
import json
import os

import openai
from openai import OpenAI

client = OpenAI(api_key=os.environ["VECTOR_API_KEY"], base_url=os.environ["VECTOR_BASE_URL"], max_retries=0)
MESSAGES = [{"role": "user", "content": "How are you?"}]
TOOLS = [{
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}]
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "forecast", "strict": True, "schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
    "additionalProperties": False,
}}}


def fails(kind, code, model, **more):
    try:
        answer = client.chat.completions.create(model=model, messages=MESSAGES, **more)
        if more.get("stream"):
            list(answer)
    except kind as error:
        assert code is None or error.code == code, error
        return error
    raise AssertionError(f"{model} did not fail")


def chats(prefix, refusal):
    model = prefix + "plain"
    plain = client.chat.completions.create(model=model, messages=MESSAGES)
    assert plain.choices[0].message.content == "Echo: How are you?", plain
    assert plain.model == model
    assert plain._request_id.startswith("req_")

    chunks = list(client.chat.completions.create(
        model=prefix + "fails-over", messages=MESSAGES, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Echo: How are you?"
    assert chunks[-1].usage.total_tokens > 0

    with client.chat.completions.stream(
            model=model, messages=MESSAGES, tools=TOOLS, tool_choice="required") as stream:
        for event in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    call = message.tool_calls[0]
    assert call.function.name == "get_weather", call
    assert call.id
    answered = client.chat.completions.create(model=model, tools=TOOLS, messages=MESSAGES + [
        {"role": "assistant", "tool_calls": [{
            "id": call.id, "type": "function",
            "function": {"name": call.function.name, "arguments": call.function.arguments},
        }]},
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ])
    assert answered.choices[0].finish_reason == "stop", answered

    seen = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": [PICTURE, {"type": "text", "text": "What is this?"}]}])
    assert seen.choices[0].message.content == "Echo: What is this?", seen
    forecast = client.chat.completions.create(model=model, messages=MESSAGES, response_format=FORMAT)
    assert isinstance(json.loads(forecast.choices[0].message.content)["city"], str)

    raw = client.chat.completions.with_raw_response.create(model=model, messages=MESSAGES)
    assert raw.headers["x-millrace-provider"] == model + "-1"

    assert fails(openai.BadRequestError, refusal, prefix + "refused").request_id.startswith("req_")
    limited = fails(openai.RateLimitError, "rate_limit_exceeded", prefix + "limited")
    assert limited.response.headers["retry-after"] == "3"
    fails(openai.InternalServerError, None, prefix + "broken")
    fails(openai.InternalServerError, "provider_refused", prefix + "our-key")
    fails(openai.APIError, None, prefix + "breaks-off", stream=True)


chats("", "content_policy_violation")
chats("anthropic-", "content_policy_violation")
chats("gemini-", "content_policy_violation")
assert fails(openai.NotFoundError, "model_not_found", "nobody-has-this").param == "model"

vectors = client.embeddings.create(model="vectors", input=["one", "two"])
assert len(vectors.data) == 2 and isinstance(vectors.data[0].embedding[0], float)
assert client.images.generate(model="draws", prompt="a dot").data[0].b64_json
assert "plain" in [model.id for model in client.models.list()]
assert client.models.retrieve("plain").object == "model"
assert client.models.retrieve("vendor/plain").id == "vendor/plain"

try:
    OpenAI(api_key="mr_wrong", base_url=os.environ["VECTOR_BASE_URL"], max_retries=0).models.list()
    raise AssertionError("a wrong key was taken")
except openai.AuthenticationError:
    pass

print("all is as expected")
