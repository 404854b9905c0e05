namespace EzTemplates.Store;

/// <summary>What a store takes from the machine; tests give their own.</summary>
public sealed record StoreOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Which kind of metadata layer a commit makes; asked when the first is made. Other kinds are made when a view needs them.</summary>
    public Func<StoreIds, LayerKind> Layer { get; init; } = _ => LayerKind.Tree;

    /// <summary>Tells one run of the kernel from another (random(4)): what one left unsynced is in doubt in the next.</summary>
    public string BootId
    {
        get => field ??= ReadBootId();
        init;
    }

    private static string ReadBootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
