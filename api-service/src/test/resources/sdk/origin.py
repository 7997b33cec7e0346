"""A user's client of a gateway: streams an answer, prints its pieces and the delay of its first token."""
import os
import time

from openai import APIError, OpenAI


class VectorClient:
    def __init__(self):
        self.client = OpenAI(api_key=os.environ["VECTOR_API_KEY"], base_url=os.environ["VECTOR_BASE_URL"])

    def chat(self, prompt, model="gpt-4o"):
        print(f"[{model}]", end=" ", flush=True)
        begun = time.time()
        first = None
        try:
            stream = self.client.chat.completions.create(
                model=model,
                messages=[
                    {"role": "system", "content": "You are a helpful assistant."},
                    {"role": "user", "content": prompt},
                ],
                stream=True,
                temperature=0.7,
            )
            answer = ""
            for chunk in stream:
                piece = chunk.choices[0].delta.content
                if piece:
                    if first is None:
                        first = time.time() - begun
                    print(piece, end="", flush=True)
                    answer += piece
            print(f"\nfirst token after {first:.2f} s")
            return answer
        except APIError as error:
            print(f"failed: {error}")
            raise


if __name__ == "__main__":
    client = VectorClient()
    assert client.chat("If all bloops are razzies, are all razzies bloops?", model="gpt-5.2-preview")
    assert client.chat("Summarise this long text.", model="gemini-3.0-pro")
