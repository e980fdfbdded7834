"""研究员：测量是否可靠，谁真的高于谁。 A researcher: are the scales sound, who is really above whom?"""

import fourfold as ff

fw = ff.load_framework()
now = ff.read_survey("survey.csv", fw, round="2025")
before = ff.read_survey("survey-before.csv", fw, round="2024")

quality = ff.quality(now)
print(quality)
print(quality.to_frame()[["n", "missing"]].round(3))

change = ff.compare(now, before).to_frame()
print(change[["score", "rank", "letters", "change", "change_low", "change_high"]].round(1))
change.to_csv("change.csv")
