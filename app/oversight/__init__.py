"""What those who answer for the shop look at: the activity log and the register of incidents.

Owns the pages of the audit trail (the trail itself is written by `audit`, below everybody) and
the incidents: an incident is a row that stays and versions that are added. Refuses: a change or
removal of either, also by its own database role.
"""
