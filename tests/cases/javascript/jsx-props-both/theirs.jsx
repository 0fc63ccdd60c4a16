const v = <Button kind="a" onClick={go} />;
