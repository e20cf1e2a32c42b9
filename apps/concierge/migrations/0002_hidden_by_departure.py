from django.db import migrations


class Migration(migrations.Migration):
    """What is hidden has a departure already: the row was written along with the mark."""

    dependencies = [("concierge", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="conversation", name="hidden_at"),
        migrations.RemoveField(model_name="roomserviceorder", name="hidden_at"),
    ]
