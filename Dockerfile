# The line in a container: Debian's Python, locked packages, no root, no secret.
#
#   docker build -t clinic-line .
#   docker run --network host -v clinic-line:/var/lib/clinic-line clinic-line
#
# With --network host, because SIP tells the other side which address and ports to send the voice to.
# Settings and passwords stay outside the image: docs/howto/join-a-trunk.md shows how to hand them in.

FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/clinic-line
COPY requirements-build.lock requirements.lock ./
RUN python3 -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && .venv/bin/pip install --no-cache-dir --require-hashes --no-build-isolation --use-pep517 \
        -r requirements.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY.md ./
COPY ivr ivr
COPY sip sip
COPY flows flows
COPY prompts prompts
COPY models/tiny-vosk models/tiny-vosk
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 tini \
        libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/clinic-line --create-home line
COPY --from=build /opt/clinic-line /opt/clinic-line
ENV PATH=/opt/clinic-line/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /opt/clinic-line
USER line
# Everything the line writes: the clinic's data, call rows, messages, recordings.
VOLUME /var/lib/clinic-line
# SIP, and the ports of the voice that a line on 5060 chooses for the four calls of its pjsua2 build.
EXPOSE 5060/udp 5060/tcp 23200-23217/udp
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["ivr", "doctor", "--quick", "--data", "/var/lib/clinic-line"]
# tini passes signals on and buries the speech processes that end.
ENTRYPOINT ["tini", "--", "ivr"]
CMD ["serve", "--data", "/var/lib/clinic-line"]
