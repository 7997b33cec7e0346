// What callers of the Node SDK do, and what they expect of it.
import assert from "node:assert/strict";
import OpenAI from "openai";

const baseURL = process.env.VECTOR_BASE_URL;
const client = new OpenAI({ apiKey: process.env.VECTOR_API_KEY, baseURL, maxRetries: 0 });
const messages = [{ role: "user", content: "How are you?" }];
const tools = [{
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
}];

const plain = await client.chat.completions.create({ model: "plain", messages });
assert.equal(plain.choices[0].message.content, "Echo: How are you?");
assert.match(plain._request_id, /^req_/);

let text = "";
let usage;
const stream = await client.chat.completions.create({
  model: "fails-over", messages, stream: true, stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage ?? usage;
}
assert.equal(text, "Echo: How are you?");
assert.ok(usage.total_tokens > 0);

const helper = client.chat.completions.stream({ model: "plain", messages, tools, tool_choice: "required" });
const final = await helper.finalChatCompletion();
assert.equal(final.choices[0].message.tool_calls[0].function.name, "get_weather");

const fails = async (kind, code, model) => {
  const error = await client.chat.completions.create({ model, messages }).then(() => null, (failure) => failure);
  assert.ok(error instanceof kind, `${model}: ${error}`);
  if (code) assert.equal(error.code, code);
  return error;
};
assert.equal((await fails(OpenAI.NotFoundError, "model_not_found", "nobody-has-this")).param, "model");
assert.match((await fails(OpenAI.BadRequestError, "content_policy_violation", "refused")).requestID, /^req_/);
await fails(OpenAI.RateLimitError, "rate_limit_exceeded", "limited-again");
await fails(OpenAI.InternalServerError, null, "broken");
await fails(OpenAI.InternalServerError, "provider_refused", "our-key-again");

await assert.rejects(async () => {
  const broken = await client.chat.completions.create({ model: "breaks-off", messages, stream: true });
  for await (const chunk of broken) assert.ok(chunk);
}, OpenAI.APIError);

const vectors = await client.embeddings.create({ model: "vectors", input: ["one", "two"] });
assert.equal(vectors.data.length, 2);
assert.equal(typeof vectors.data[0].embedding[0], "number");
assert.ok((await client.images.generate({ model: "draws", prompt: "a dot" })).data[0].b64_json);
const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
assert.ok(ids.includes("plain"));

console.log("all is as expected");
