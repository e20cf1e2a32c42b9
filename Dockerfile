# The product in one image: what a container does is said by its command (see compose.yaml).

FROM python:3.13-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/srv/venv
RUN pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /srv/doorstep
# What is depended on changes seldom: a layer of its own.
COPY pyproject.toml uv.lock ./
# With traces: docker build --build-arg UV_GROUPS="--group otel" .
ARG UV_GROUPS=""
RUN uv sync --frozen --no-dev $UV_GROUPS
COPY . .
RUN python -m compileall -q apps backend graphql_schema back_office

FROM python:3.13-slim
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 DOORSTEP_VAR_DIR=/var/lib/doorstep
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/doorstep doorstep
WORKDIR /srv/doorstep
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/doorstep /srv/doorstep
USER doorstep
VOLUME /var/lib/doorstep
EXPOSE 8000
# A worker has no port: its container switches this off, and /readyz of the web says if none is there.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["uvicorn", "backend.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--no-proxy-headers", "--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "10"]
