from django.db import migrations, models

from apps.common.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('seating', '0006_review_queue'),
    ]

    operations = [
        AddIndexOnline(
            model_name='seatchange',
            index=models.Index(fields=['changed_at'], name='seating_change_age'),
        ),
        AddIndexOnline(
            model_name='seatorder',
            index=models.Index(condition=models.Q(('status__in', ['EXPIRED', 'RELEASED'])), fields=['ended_at'], name='seating_orders_given_up'),
        ),
    ]
