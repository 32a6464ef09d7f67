# SPDX-License-Identifier: Apache-2.0
"""What a fleet costs Prometheus: our exposition, recorded once on a real bond and replayed by a thousand partitions."""
