using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>The command of an exec does not exist in the environment (127) or cannot be executed (126).</summary>
public sealed class CommandNotStartedException : EzException
{
    internal CommandNotStartedException(int exitCode, string message, string? hint)
        : base(FailureKind.Environment, message, hint) => ExitCode = exitCode;

    public int ExitCode { get; }
}
