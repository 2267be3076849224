# An MCP server on FastMCP, with the OAuth provider that FastMCP keeps in memory: `python fastmcp_server.py PORT`.
import sys
from fastmcp import FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider

port = int(sys.argv[1])
address = f"http://127.0.0.1:{port}"
provider = InMemoryOAuthProvider(
    base_url=address,
    client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=["read"], default_scopes=["read"]),
    revocation_options=RevocationOptions(enabled=True),
    required_scopes=["read"],
)
server = FastMCP("fastmcp", auth=provider)

@server.tool
def hello() -> str:
    return "hello"

server.run(transport="http", host="127.0.0.1", port=port, show_banner=False)
