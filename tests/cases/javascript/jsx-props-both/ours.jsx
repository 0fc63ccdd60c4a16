const v = <Button kind="a" big />;
