using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>The environment is in use: exit 7. <c>--all</c> skips it and goes on.</summary>
public sealed class BusyEnvironmentException : EzException
{
    private BusyEnvironmentException(string message, string hint, ImmutableArray<string> users)
        : base(FailureKind.Environment, message, hint) => Users = users;

    /// <summary>Process ids, each with the command's name.</summary>
    public ImmutableArray<string> Users { get; }

    internal static BusyEnvironmentException For(EnvironmentName name, ImmutableArray<string> users)
    {
        var who = users.IsEmpty ? "something that /proc does not show (another mount on it, perhaps)" : $"process {string.Join(", ", users)}";
        return new BusyEnvironmentException($"environment `{name}` is in use by {who}", "end it, or wait for it: --wait", users);
    }
}
