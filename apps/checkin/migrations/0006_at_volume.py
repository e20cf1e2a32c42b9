from django.db import migrations, models

from apps.common.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('bookings', '0011_at_volume'),
        ('checkin', '0005_pins_of_late'),
        ('locks', '0010_at_volume'),
    ]

    operations = [
        AddIndexOnline(
            model_name='checkinflow',
            index=models.Index(fields=['status', 'updated_at'], name='checkin_flow_ended'),
        ),
    ]
