# The image that every part runs from: small, non-root, nothing written outside /data and /tmp.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/run.txt .
RUN python -m venv /opt/ombuds && /opt/ombuds/bin/pip install --no-cache-dir --no-compile --require-hashes -r run.txt
COPY pyproject.toml README.md ./
COPY moderation moderation
COPY models models
COPY service service
COPY worker worker
RUN /opt/ombuds/bin/pip install --no-cache-dir --no-compile --no-deps .
# Cards of retrained versions name the lock file that they were made with.
RUN mkdir /opt/ombuds/lib/python3.13/site-packages/requirements \
    && cp run.txt /opt/ombuds/lib/python3.13/site-packages/requirements/

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home ombuds
COPY --from=build /opt/ombuds /opt/ombuds
ENV PATH=/opt/ombuds/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMBUDS_DATA=/data \
    OMBUDS_HOST=0.0.0.0 \
    OMBUDS_JSON_LOGS=1
USER 10001
WORKDIR /data
EXPOSE 8000
CMD ["ombuds", "serve"]
