const v = <Button kind="a" big onClick={go} />;
