import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0002_append_only"),
        ("supervision", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="number")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("edition", models.PositiveSmallIntegerField(verbose_name="edition")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("figures", models.JSONField()),
                ("hash", models.CharField(max_length=64)),
                ("made_on", models.DateField(verbose_name="prepared on")),
                ("published_on", models.DateField(blank=True, null=True, verbose_name="published on")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prepared by",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "published figures",
                "ordering": ["-year", "-edition"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "edition"), name="publication_edition_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "draft")), fields=("year",), name="publication_one_draft"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_on", None), ("status", "draft")),
                            models.Q(("published_on__isnull", False), ("status", "published")),
                            _connector="OR",
                        ),
                        name="publication_has_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_by", None),
                            ("made_by", None),
                            models.Q(("published_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_maker_is_not_checker",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER published_publication_frozen BEFORE UPDATE OR DELETE ON published_publication "
            "FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER published_publication_frozen ON published_publication",
        ),
    ]
