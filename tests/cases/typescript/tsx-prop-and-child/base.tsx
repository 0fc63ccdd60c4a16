const v = (
  <Card title="a">hello</Card>
);
