using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>The tree that scripts run in, and where what they need of the store lies.</summary>
/// <param name="Manifest">As this store shows it.</param>
/// <param name="LayerOf">Makes the tree's metadata layer of a kind, and answers its path.</param>
/// <param name="Folder">An empty folder of unfinished work, which is the caller's.</param>
public sealed record ConfigureTree(Manifest Manifest, Func<LayerKind, string> LayerOf, string Folder)
{
    /// <summary>What of the host shows in it meanwhile.</summary>
    public ImmutableArray<BindMount> Binds { get; init; } = [];
}

/// <summary>How much scripts may take.</summary>
public sealed record ConfigureLimits
{
    /// <summary>Another clock than this machine's, to see that no tree depends on it; null: this machine's.</summary>
    public ShiftedClock? Clock { get; init; }

    /// <summary>For all of them together.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Of what they may write, as tmpfs(5) takes it; it is kept in memory meanwhile.</summary>
    public string Size { get; init; } = "50%";

    /// <summary>Of what they may say, all of which is kept where they fail; beyond it they have no space left.</summary>
    public long OutputBytes { get; init; } = 64 << 20;

    /// <summary>How many processes and threads there may be at a time.</summary>
    public int Processes { get; init; } = 4096;

    /// <summary>What bounds processes and memory; null: the best that this machine gives.</summary>
    public ScriptBounds? Bounds { get; init; }

    /// <summary>Bytes of memory that they may take together, what they write included; where only processes can be bounded, each.</summary>
    public long Memory { get; init; } = Math.Max(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4);

    /// <summary>What this machine's configuration allows.</summary>
    public static ConfigureLimits Of(ScriptAllowance allowed)
    {
        var usual = new ConfigureLimits();
        return usual with
        {
            Time = allowed.Time ?? usual.Time,
            Size = allowed.Disk is { } bytes ? bytes.ToString(CultureInfo.InvariantCulture) : usual.Size,
            Memory = allowed.Memory ?? usual.Memory,
            Processes = allowed.Processes ?? usual.Processes,
        };
    }
}

/// <summary>A clock that a preloaded library (faketime(1)) shifts for every program that is linked to the C library.</summary>
/// <param name="Library">Its file on this host.</param>
/// <param name="Offset">As it reads it: <c>+400d</c>.</param>
public sealed record ShiftedClock(string Library, string Offset)
{
    private static readonly TreePath Place = TreePath.Parse("/run/.ez-clock.so");

    internal BindMount Bind => new(Library, Place, BindAccess.ReadOnly);

    internal IEnumerable<KeyValuePair<string, string>> Variables =>
        [new("LD_PRELOAD", Place.ToString()), new("FAKETIME", Offset), new("FAKETIME_DONT_FAKE_MONOTONIC", "1"), new("NO_FAKE_STAT", "1")];

    /// <summary>Reads <c>LIBRARY:OFFSET</c>.</summary>
    public static ShiftedClock? Parse(string? text) => text?.Split(':') is [{ Length: > 0 } library, { Length: > 0 } offset] ? new ShiftedClock(library, offset) : null;
}

/// <summary>One command in the sandbox.</summary>
/// <param name="What">What fails where it fails: <c>the preinst of `foo`</c>.</param>
public sealed record ConfigureStep(string What, ImmutableArray<string> Command)
{
    public ImmutableArray<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>Whose scripts it runs; null: nobody's.</summary>
    public StepScripts? Scripts { get; init; }

    /// <summary>A symbolic link that is there while the command runs.</summary>
    public (TreePath Path, string Target)? Link { get; init; }
}

/// <summary>Whose scripts a step runs.</summary>
public abstract record StepScripts
{
    private StepScripts()
    {
    }

    /// <summary>It is one, of that package: <c>nginx:amd64</c>.</summary>
    public sealed record Of(string Package) : StepScripts;

    /// <summary>Many packages', which it tells on its descriptor <see cref="Descriptor"/> as <c>dpkg --status-fd</c> does.</summary>
    public sealed record Told : StepScripts
    {
        public const int Descriptor = 3;
    }
}

/// <summary>How a step ended that did not end well.</summary>
/// <param name="Status">As a shell has it; null where its time was over.</param>
/// <param name="Output">What all steps have said, the last lines of it.</param>
public sealed record ConfigureFailure(ConfigureStep Step, int? Status, ImmutableArray<string> Output)
{
    /// <summary>The package whose script was running when time was up; null: it is not known, or time was not what ended it.</summary>
    public string? Interrupted { get; init; }

    /// <summary>Which bounds the kernel has held scripts to by now, as far as it tells.</summary>
    public ExceededBounds Exceeded { get; init; }
}

/// <summary>Bounds that scripts came to.</summary>
[Flags]
public enum ExceededBounds
{
    None = 0,

    /// <summary>A process was refused.</summary>
    Processes = 1,

    /// <summary>Something was killed, since there was no more memory for it.</summary>
    Memory = 2,
}
