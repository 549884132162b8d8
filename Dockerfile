# The portal: web server, worker, beat and migrations are this one image with different commands (docker-compose.yml).
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/portal

# Before the code, so that a change of the code does not install anew.
COPY requirements/base.txt requirements/base.txt
RUN pip install --require-hashes -r requirements/base.txt

COPY . .
# Settings refuse to load without these; none of the values stays in the image.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused DATABASE_URL=postgres://unused REDIS_URL=redis://unused \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q liaoyang_medins enrollment claims funds

# The code belongs to root: the account that serves it cannot change it. It writes beat's schedule and the scans.
RUN useradd --system --uid 10001 --no-create-home portal \
    && install -d -o portal /var/lib/beat && install -d -o portal -m 0700 /var/lib/attachments
USER portal

EXPOSE 8000
CMD ["gunicorn", "liaoyang_medins.wsgi", "--config", "python:liaoyang_medins.kernel.local.serving", "--bind", "0.0.0.0:8000"]
