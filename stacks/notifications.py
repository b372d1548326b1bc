"""The topic that tells people how runs ended, if the settings name addresses or a topic."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from modeleval.settings import Settings
from stacks.customer_key import CustomerKey

_AWS_MANAGED = "alias/aws/sns"


class Notifications(Construct):
    """`topic_arn` is empty where nobody is to be notified."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: CustomerKey, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic_arn = settings.notification_topic_arn or ""
        if settings.notify_emails:
            self.topic_arn = self._topic(key, settings).topic_arn

    def _topic(self, key: CustomerKey, settings: Settings) -> sns.Topic:
        """Each address gets a mail with a link first, and nothing before it is followed."""
        encryption = key.key or kms.Alias.from_alias_name(self, "AwsKey", _AWS_MANAGED)
        topic = sns.Topic(self, "Topic", master_key=encryption)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DenyPlainHttp",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"Bool": {"aws:SecureTransport": "false"}},
            )
        )
        for address in settings.notify_emails:
            topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic
