const v = <Button kind="a" />;
