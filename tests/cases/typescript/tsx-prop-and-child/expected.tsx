const v = (
  <Card title="b">goodbye</Card>
);
