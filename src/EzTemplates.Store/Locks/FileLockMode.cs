namespace EzTemplates.Store;

public enum FileLockMode
{
    Shared,
    Exclusive,
}
