using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Environments on real packages do what systems do: they serve, answer, compile, and keep their secrets to themselves.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class WholeSystemTests(RealGround ground)
{
    private const string Sshd = """
        ssh-keygen -q -t ed25519 -N '' -f /root/key && mkdir -p -m 700 /root/.ssh /run/sshd && cp /root/key.pub /root/.ssh/authorized_keys
        /usr/sbin/sshd -o ListenAddress=127.0.0.1:2222
        ssh -v -o BatchMode=yes -o StrictHostKeyChecking=no -i /root/key -p 2222 root@127.0.0.1 echo accepted 2>/tmp/ssh.log || cat /tmp/ssh.log
        """;

    internal const string Nginx = "nginx && exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3";
    internal const string Postgres = "pg_ctlcluster 15 main start && cd / && su postgres -c \"psql -tAc 'select 1'\"";
    private const string Gcc = "echo 'int main(void){return 42;}' | gcc -x c - -o /tmp/a; /tmp/a; echo $?";
    private const string Python = "python3 -v -c 'import json, email, ssl, sqlite3' 2>&1 | grep -E 'is stale|^# wrote' | sort | uniq -c";
    private const string Checks = "dpkg --audit && dpkg -V && apt-get check -qq";

    [Fact]
    public void Applications_work_together_in_one_environment_and_two_environments_share_no_secret()
    {
        ground.Write("ssh", "format: 1\nname: ssh\nkind: app\nversion: \"1.0\"\nbase: debian-12@[1.0,2.0)\npackages: [openssh-server, ssl-cert]\n");
        string[] apps = TestScale.IsFull ? ["ssh", "nginx", "postgresql", "python3", "build-essential"] : ["ssh", "nginx"];
        foreach (var app in apps)
        {
            ground.Up(app);
        }

        ground.Ez.Succeed(["env", "create", "whole", "other", "--template", "debian-12", .. apps.SelectMany(app => (string[])["--with", app])]);
        Assert.Equal("accepted\n", Bash("whole", Sshd));
        Assert.Contains("Welcome to nginx!", Bash("whole", Nginx), StringComparison.Ordinal);
        if (TestScale.IsFull)
        {
            Assert.Equal("1\n", Bash("whole", Postgres));
            Assert.Equal("42\n", Bash("whole", Gcc));
            Assert.Equal("", Bash("whole", Python));
        }

        Assert.Equal("", Bash("whole", Checks));
        const string Secrets = "cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub /etc/ssl/certs/ssl-cert-snakeoil.pem; cat /etc/ssh/ssh_host_*_key /etc/ssl/private/ssl-cert-snakeoil.key | sed 1d";
        var (ours, theirs) = (Bash("whole", Secrets).Split('\n'), Bash("other", Secrets).Split('\n'));
        Assert.True(ours.Length > 60);
        // Lines that have no key in them: frames, the start of each private key, and its padding.
        Assert.DoesNotContain(ours.Intersect(theirs), line => line.Length > 16 && !line.StartsWith("---", StringComparison.Ordinal) && !line.StartsWith("b3BlbnNzaC1rZXktdjEAAAAA", StringComparison.Ordinal));
    }

    [Fact]
    public void Answers_are_given_before_scripts_ask_and_one_that_nobody_asks_for_is_an_error()
    {
        string Recipe(string question) => $"format: 1\nname: zone\nkind: app\nversion: \"1.0\"\nbase: debian-12@[1.0,2.0)\npackages: [tzdata]\ndebconf: {{\"tzdata/Areas\": Europe, \"{question}\": Berlin}}\n";
        ground.Up("debian-12");
        ground.Write("zone", Recipe("tzdata/Zones/Europ"));
        var wrong = ground.Ez.Run("build", ground.RecipeOf("zone"));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("the recipe of `zone` answers `tzdata/Zones/Europ`, which none of its own packages asks\nhint: did you mean `tzdata/Zones/Europe`?", wrong.Error, StringComparison.Ordinal);

        ground.Write("zone", Recipe("tzdata/Zones/Europe"));
        ground.Up("zone");
        Assert.Equal("Europe/Berlin\n", ground.Ez.Succeed("run", "zone", "--", "cat", "/etc/timezone").Output);
    }

    [Fact]
    public void APT_in_an_environment_reaches_the_host_s_mirror_with_the_sources_that_ez_wrote()
    {
        var environment = ground.Create("debian-12");
        Assert.Contains("tree", Bash(environment, "apt-get update -qq && apt-get install -qq -y tree >/dev/null && command -v tree", "host"), StringComparison.Ordinal);
        Assert.Equal("", Bash(environment, Checks));
    }

    private string Bash(string environment, string script, string network = "none") =>
        ground.Ez.Succeed("env", "exec", "--network", network, environment, "--", "bash", "-c", script).Output;
}
