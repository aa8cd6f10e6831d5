from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("envelopes", "0003_thread_of_old_envelopes")]
    operations = [migrations.AlterField("envelope", "thread", models.UUIDField(db_index=True))]
