"""规划者：一个方案能带来什么，这笔钱怎么花最好。 A planner: what a plan brings, how to spend best."""

import fourfold as ff

fw = ff.load_framework()
data = ff.read_survey("survey.csv", fw) + ff.read_metrics("metrics.csv", fw)

plan = ff.simulate(data, {"scenario": "first-steps", "measures": ["M01", "M02"]}, draws=500)
print(plan)
print(plan.to_frame()[["score", "projected", "gain"]].round(1))

best = ff.optimise(data, budget=600, frontier_points=5, draws=500)
print(best)
best.figure("frontier").write_html("frontier.html")
