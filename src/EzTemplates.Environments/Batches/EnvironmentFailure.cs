using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What is one environment's failure, and keeps no other from what is done for it.</summary>
internal static class EnvironmentFailure
{
    /// <summary>Also where the framework's file functions tell of a disk that refuses: a full one may be full for one environment alone.</summary>
    /// <returns>Null for what is a fault of the program, or an end that the user asked for.</returns>
    public static EzException? Of(EnvironmentName name, Exception caught) =>
        caught as EzException ?? (DiskFailure.Is(caught) ? DiskFailure.Of("change environment", name.ToString(), caught) : null);

    /// <summary>As <see cref="Of"/>, once the environment is mapped: what is left to be done for the others does not end with a fault of the program.</summary>
    /// <returns>Null for an end that the user asked for.</returns>
    public static EzException? OfCommitted(EnvironmentName name, Exception caught) => caught is OperationCanceledException ? null : Of(name, caught) ?? new EzException(
        FailureKind.Internal,
        $"environment `{name}` has moved, but what is done after that has failed: internal error: {caught}",
        "this is a bug in ez; please report it with the text above",
        caught);
}
