from django.db import migrations, models

from apps.common.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('bookings', '0010_changes_by_hotel'),
    ]

    operations = [
        AddIndexOnline(
            model_name='booking',
            index=models.Index(fields=['hotel', 'check_out_date'], name='bookings_departures'),
        ),
        AddIndexOnline(
            model_name='booking',
            index=models.Index(condition=models.Q(('status', 'CONFIRMED')), fields=['hotel', 'check_in_date'], name='bookings_open'),
        ),
        AddIndexOnline(
            model_name='booking',
            index=models.Index(condition=models.Q(('checked_in_at__isnull', False), ('status', 'CONFIRMED')), fields=['assigned_room'], name='bookings_in_house'),
        ),
        AddIndexOnline(
            model_name='housekeepingtask',
            index=models.Index(fields=['hotel', 'created_at'], name='bookings_task_age'),
        ),
        AddIndexOnline(
            model_name='staytoken',
            index=models.Index(fields=['expires_at'], name='bookings_stay_token_end'),
        ),
    ]
