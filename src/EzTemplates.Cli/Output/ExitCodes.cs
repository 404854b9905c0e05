using EzTemplates.Domain;

namespace EzTemplates.Cli.Output;

/// <summary>The one place that maps failures to exit codes.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Internal = 1;
    public const int Usage = 2;
    public const int Unsolvable = 3;
    public const int Store = 6;
    public const int Environment = 7;
    public const int Cancelled = 130;

    /// <summary>ez's own failure inside <c>env exec</c>, where every other status belongs to the command.</summary>
    public const int ExecFailed = 125;

    public static int Of(Exception failure) => failure switch
    {
        EzException { Kind: FailureKind.Usage } => Usage,
        EzException { Kind: FailureKind.Unsolvable } => Unsolvable,
        EzException { Kind: FailureKind.Fetch } => 4,
        EzException { Kind: FailureKind.Untrusted } => 5,
        EzException { Kind: FailureKind.Store } => Store,
        EzException { Kind: FailureKind.Environment } => Environment,
        IOException or UnauthorizedAccessException => 6,
        OperationCanceledException => Cancelled,
        _ => Internal,
    };
}
