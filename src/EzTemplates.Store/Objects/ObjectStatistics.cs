namespace EzTemplates.Store;

/// <summary>What came into the store, and what was there already.</summary>
public sealed record ObjectStatistics(
    int NewPackages, int KnownPackages, long NewObjects, long NewBytes, long SharedObjects, long SharedBytes);

/// <summary>Counts from many threads.</summary>
internal sealed class ObjectCounter
{
    private int _newPackages;
    private int _knownPackages;
    private long _newObjects;
    private long _newBytes;
    private long _sharedObjects;
    private long _sharedBytes;

    public void CountPackage(bool isNew) => Interlocked.Increment(ref isNew ? ref _newPackages : ref _knownPackages);

    public void CountObject(bool isNew, long size)
    {
        Interlocked.Increment(ref isNew ? ref _newObjects : ref _sharedObjects);
        Interlocked.Add(ref isNew ? ref _newBytes : ref _sharedBytes, size);
    }

    public ObjectStatistics Sum() => new(
        Volatile.Read(ref _newPackages),
        Volatile.Read(ref _knownPackages),
        Volatile.Read(ref _newObjects),
        Volatile.Read(ref _newBytes),
        Volatile.Read(ref _sharedObjects),
        Volatile.Read(ref _sharedBytes));
}
