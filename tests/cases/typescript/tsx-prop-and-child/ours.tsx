const v = (
  <Card title="b">hello</Card>
);
