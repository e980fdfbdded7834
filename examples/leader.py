"""领导：从一份问卷到一张图。 A leader: from a survey to a picture of the city, in five lines."""

import fourfold as ff

data = ff.read_survey("survey.csv", ff.load_framework())
scores = ff.score(data)
print(scores)
scores.figure("matrix", language="zh").write_html("matrix.html")
