using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>What only root may do yet is refused before anything is downloaded or written.</summary>
internal static class RootRights
{
    /// <param name="act">What was asked for: <c>build `nginx`</c>.</param>
    public static void Require(string act)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot {act} as an ordinary user: the owners, set-id bits and attributes of its files need root",
                "run the same command as root (sudo)");
        }
    }
}
