"""A loan, paid back in equal rates: what each month's rate pays, and what is left to pay."""

import xlnn

interest = xlnn.Stated(
    array=lambda debt, yearly: debt * yearly / 12,
    cell=lambda debt, yearly: f"={debt[()]}*{yearly[()]}/12",
)
debt = xlnn.Stated(
    array=lambda debt, interest, rate: debt + interest - rate,
    cell=lambda debt, interest, rate: f"={debt[()]}+{interest[()]}-{rate[()]}",
)

month = xlnn.Axis("month", 24, "up")
plan = {"sheet": "Plan", "axes": (month,), "number_format": "#,##0.00"}
before = {"debt": xlnn.previous("debt"), "interest": xlnn.previous("interest")}
loan = xlnn.Model(
    (
        xlnn.Quantity("yearly", symbol="interest a year", sheet="Loan", number_format="0.0%"),
        xlnn.Quantity("rate", symbol="rate a month", sheet="Loan"),
        xlnn.Quantity("debt", equation=debt, uses=before, given=1, **plan),
        xlnn.Quantity("interest", equation=interest, **plan),
    )
)

if __name__ == "__main__":
    xlnn.workbook(loan, {"yearly": 0.06, "rate": 443.21, "debt": 10_000}, "loan.xlsx")
    print(xlnn.check("loan.xlsx", model=loan))
    print(xlnn.values("loan.xlsx", model=loan)["debt"].round(2))
