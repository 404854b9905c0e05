using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

public enum SandboxNetwork
{
    /// <summary>The host's own, with the host's resolv.conf and hosts where the environment has none.</summary>
    Host,

    /// <summary>Only a loopback interface.</summary>
    None,
}

public enum SandboxPrivileges
{
    /// <summary>Uid 0 has the capabilities that containers usually have; what would change the host through /proc is read-only.</summary>
    Container,

    All,
}

public enum BindAccess
{
    ReadWrite,
    ReadOnly,
}

/// <summary>A file or folder of the host that shows inside. A missing destination is made in the private area.</summary>
public sealed record BindMount(string Source, TreePath Destination, BindAccess Access = BindAccess.ReadWrite)
{
    /// <summary>Reads <c>SRC:DST[:ro]</c>.</summary>
    /// <exception cref="EzException">Usage.</exception>
    public static BindMount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts is not [{ Length: > 0 } source, ['/', ..] destination, ..] || parts.Length > 3 || (parts.Length == 3 && parts[2] is not ("ro" or "rw")))
        {
            throw new EzException(FailureKind.Usage, $"`{text}` is no bind", "write --bind SRC:DST or --bind SRC:DST:ro, with DST absolute");
        }

        var bytes = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(destination));
        return TreePath.TryParse(bytes, out var path) && !path.IsRoot
            ? new BindMount(source, path, parts.Length == 3 && parts[2] == "ro" ? BindAccess.ReadOnly : BindAccess.ReadWrite)
            : throw new EzException(FailureKind.Usage, $"`{destination}` is no place for a bind", "name a path below / without ..");
    }
}

/// <summary>Descriptors of this process that become the command's 0, 1 and 2.</summary>
public sealed record SandboxStreams(int Input = 0, int Output = 1, int Error = 2)
{
    /// <summary>Becomes the command's 3; null: it has none.</summary>
    public int? Status { get; init; }
}

/// <summary>A command to run in an environment.</summary>
public sealed record ExecRequest
{
    /// <summary>Also the host name inside.</summary>
    public required EnvironmentName Environment { get; init; }

    /// <summary>A program (looked for in the environment's PATH where it has no slash) and its arguments; empty: the user's login shell.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>
    /// <c>NAME</c> or <c>UID</c>, with <c>:GROUP</c> or <c>:GID</c>, by the environment's own passwd and group; null is root.
    /// A number that passwd does not know gets the group of the same number.
    /// </summary>
    public string? User { get; init; }

    /// <summary>Absolute, inside. Null: the root, or a login shell's home.</summary>
    public string? Folder { get; init; }

    /// <summary>Added to, and before, the few variables that are set (PATH, HOME, TERM, LANG, USER...). Nothing else is inherited.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Variables { get; init; } = [];

    public ImmutableArray<BindMount> Binds { get; init; } = [];

    public SandboxNetwork Network { get; init; }

    public SandboxPrivileges Privileges { get; init; }

    public SandboxStreams Streams { get; init; } = new();
}
