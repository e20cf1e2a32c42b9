from django.db import migrations, models

from apps.common.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('locks', '0009_left_to_their_hours'),
    ]

    operations = [
        AddIndexOnline(
            model_name='accesscode',
            index=models.Index(condition=models.Q(('state__in', ['DELAYED', 'FAILED', 'PENDING', 'REMOVAL_FAILED', 'REMOVING', 'SET', 'SETTING'])), fields=['state'], name='locks_live_codes'),
        ),
        AddIndexOnline(
            model_name='accessgrant',
            index=models.Index(condition=models.Q(('state', 'ENDED')), fields=['ended_at'], name='locks_ended_grants'),
        ),
    ]
