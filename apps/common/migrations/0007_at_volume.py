from django.db import migrations, models

from apps.common.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('common', '0006_worker_presence'),
    ]

    operations = [
        AddIndexOnline(
            model_name='alert',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='common_alert_closed'),
        ),
        AddIndexOnline(
            model_name='notice',
            index=models.Index(fields=['asked_at'], name='common_notice_age'),
        ),
        AddIndexOnline(
            model_name='notice',
            index=models.Index(fields=['scope', 'asked_at'], name='common_notice_list'),
        ),
    ]
