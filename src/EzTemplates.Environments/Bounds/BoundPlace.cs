namespace EzTemplates.Environments;

/// <summary>What bounds a thing that scripts take: how many processes, how much memory.</summary>
public abstract record BoundPlace
{
    private BoundPlace()
    {
    }

    /// <summary>A control group of version 2 (cgroups(7)), made in a folder.</summary>
    public sealed record Unified(string Folder, UnifiedWay Way) : BoundPlace;

    /// <summary>One of version 1, made in a folder of the controller's own hierarchy.</summary>
    public sealed record Separate(string Folder) : BoundPlace;

    /// <summary>Limits of the kind of setrlimit(2): memory for each process by itself, processes for each user of the namespace.</summary>
    public sealed record ProcessLimit : BoundPlace;

    /// <summary>Nothing: the kernel counts no processes of the host's root.</summary>
    public sealed record Nothing : BoundPlace;
}

/// <summary>How groups of version 2 come to be made in a folder, which may have no process of its own then, but for the very root.</summary>
public enum UnifiedWay
{
    /// <summary>Groups in it have the controllers already.</summary>
    Enabled,

    /// <summary>They are to be enabled there first.</summary>
    Enable,

    /// <summary>This process alone is in it, and goes into a group in it first.</summary>
    LeaveAndEnable,
}

/// <summary>What bounds scripts on this machine.</summary>
public sealed record ScriptBounds(BoundPlace Processes, BoundPlace Memory)
{
    /// <summary>The best that there is here for who asks.</summary>
    public static ScriptBounds OfThisProcess() => BoundChoice.Of(BoundGround.Read());
}
