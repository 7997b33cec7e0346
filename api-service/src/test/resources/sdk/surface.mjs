// What callers of the Node SDK do, and what they expect of it, whatever wire format the provider behind speaks.
import assert from "node:assert/strict";
import OpenAI from "openai";

const baseURL = process.env.VECTOR_BASE_URL;
const client = new OpenAI({ apiKey: process.env.VECTOR_API_KEY, baseURL, maxRetries: 0 });
const messages = [{ role: "user", content: "How are you?" }];
const tools = [{
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
}];

const fails = async (kind, code, model) => {
  const error = await client.chat.completions.create({ model, messages }).then(() => null, (failure) => failure);
  assert.ok(error instanceof kind, `${model}: ${error}`);
  if (code) assert.equal(error.code, code);
  return error;
};

const chats = async (prefix, refusal) => {
  const model = `${prefix}plain`;
  const plain = await client.chat.completions.create({ model, messages });
  assert.equal(plain.choices[0].message.content, "Echo: How are you?");
  assert.match(plain._request_id, /^req_/);

  let text = "";
  let usage;
  const stream = await client.chat.completions.create({
    model: `${prefix}fails-over`, messages, stream: true, stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, "Echo: How are you?");
  assert.ok(usage.total_tokens > 0);

  const helper = client.chat.completions.stream({ model, messages, tools, tool_choice: "required" });
  const { message } = (await helper.finalChatCompletion()).choices[0];
  assert.equal(message.tool_calls[0].function.name, "get_weather");
  const answered = await client.chat.completions.create({
    model,
    tools,
    messages: [
      ...messages,
      { role: "assistant", tool_calls: message.tool_calls },
      { role: "tool", tool_call_id: message.tool_calls[0].id, content: "sunny" },
    ],
  });
  assert.equal(answered.choices[0].finish_reason, "stop");

  const picture = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
  const seen = await client.chat.completions.create({
    model, messages: [{ role: "user", content: [picture, { type: "text", text: "What is this?" }] }],
  });
  assert.equal(seen.choices[0].message.content, "Echo: What is this?");
  const schema = {
    type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false,
  };
  const forecast = await client.chat.completions.create({
    model, messages, response_format: { type: "json_schema", json_schema: { name: "forecast", strict: true, schema } },
  });
  assert.equal(typeof JSON.parse(forecast.choices[0].message.content).city, "string");

  assert.match((await fails(OpenAI.BadRequestError, refusal, `${prefix}refused`)).requestID, /^req_/);
  await fails(OpenAI.RateLimitError, "rate_limit_exceeded", `${prefix}limited-again`);
  await fails(OpenAI.InternalServerError, null, `${prefix}broken`);
  await fails(OpenAI.InternalServerError, "provider_refused", `${prefix}our-key-again`);
  await assert.rejects(async () => {
    const broken = await client.chat.completions.create({ model: `${prefix}breaks-off`, messages, stream: true });
    for await (const chunk of broken) assert.ok(chunk);
  }, OpenAI.APIError);
};

await chats("", "content_policy_violation");
await chats("anthropic-", "content_policy_violation");
await chats("gemini-", "content_policy_violation");
assert.equal((await fails(OpenAI.NotFoundError, "model_not_found", "nobody-has-this")).param, "model");

const vectors = await client.embeddings.create({ model: "vectors", input: ["one", "two"] });
assert.equal(vectors.data.length, 2);
assert.equal(typeof vectors.data[0].embedding[0], "number");
assert.ok((await client.images.generate({ model: "draws", prompt: "a dot" })).data[0].b64_json);
const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
assert.ok(ids.includes("plain"));
assert.equal((await client.models.retrieve("vendor/plain")).id, "vendor/plain");

console.log("all is as expected");
