from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("seating", "0001_seats"),
    ]

    operations = [
        migrations.AddField(
            model_name="seatingevent",
            name="chart_version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
