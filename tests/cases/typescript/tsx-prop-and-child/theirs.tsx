const v = (
  <Card title="a">goodbye</Card>
);
