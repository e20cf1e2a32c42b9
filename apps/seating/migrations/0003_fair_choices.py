from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("seating", "0002_chart_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="seatingevent",
            name="focal_x",
            field=models.FloatField(
                blank=True,
                help_text="Where on the map the best seats are; empty: in front, in the middle.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="seatingevent",
            name="focal_y",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="seatingevent",
            name="refuses_single_gaps",
            field=models.BooleanField(
                default=False,
                help_text="Choices that leave one seat alone are refused while there are others.",
            ),
        ),
        migrations.AddField(
            model_name="seatorder",
            name="is_gap_waived",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddConstraint(
            model_name="seatingevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("focal_x__isnull", True), ("focal_y__isnull", True)),
                    models.Q(("focal_x__isnull", False), ("focal_y__isnull", False)),
                    _connector="OR",
                ),
                name="seating_focal_point_whole",
            ),
        ),
    ]
