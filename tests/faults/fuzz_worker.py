"""Reads many damaged files in one limited process: sizes and bytes in, outcomes out."""

from __future__ import annotations

import json
import struct
import sys
import time


def main() -> None:
    import pyarrow as pa

    from indicators.findings import Refused
    from indicators.framework import default_framework
    from survey_data.answers.survey import SurveyOptions, interpret_survey
    from survey_data.metrics.sheet import interpret_metrics
    from survey_data.reading import PAGE_LIMITS, parse
    from survey_data.reading.child import limit_process
    from survey_data.roster.departments import KnownDepartments

    pa.set_cpu_count(1)
    framework, known = default_framework(), KnownDepartments()
    limit_process(PAGE_LIMITS.memory, 100_000)
    while head := sys.stdin.buffer.read(4):
        content = sys.stdin.buffer.read(struct.unpack("<I", head)[0])
        started = time.process_time()
        try:
            table = parse(content, PAGE_LIMITS)
            found = interpret_survey(table, framework, SurveyOptions(), known)
            assert found.rows_read == found.accepted + found.rejected + found.ignored
            values = interpret_metrics(table, framework, known)
            assert values.rows_read == values.accepted + values.rejected + values.ignored
            outcome = "read"
        except Refused as refusal:
            outcome = refusal.first.code
        except MemoryError:
            outcome = "E109"
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"[:300]
        answer = json.dumps([outcome, time.process_time() - started])
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
