namespace EzTemplates.Domain;

/// <summary>What kind of failure this is; the one place that maps it to an exit code is the command line's <c>ExitCodes</c>.</summary>
public enum FailureKind
{
    /// <summary>A bug: exit 1.</summary>
    Internal,

    /// <summary>Usage, recipe or configuration: exit 2.</summary>
    Usage,

    /// <summary>Unsolvable, or a package that no repository has: exit 3.</summary>
    Unsolvable,

    /// <summary>Nothing could be fetched: exit 4.</summary>
    Fetch,

    /// <summary>What came in is not what was signed or promised, or is malformed, expired, hostile, or lacks a key: exit 5.</summary>
    Untrusted,

    /// <summary>Our own disk or store: exit 6.</summary>
    Store,

    /// <summary>Environment, rights or kernel: exit 7.</summary>
    Environment,
}

/// <summary>
/// A failure that the user can act on. The message says what failed, on which thing (in backticks), and why;
/// the hint says what to do, with a command to paste where there is one.
/// Expected outcomes are values, not exceptions.
/// </summary>
public class EzException : Exception
{
    public EzException(FailureKind kind, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Hint = hint;
    }

    public FailureKind Kind { get; }

    public string? Hint { get; }
}
