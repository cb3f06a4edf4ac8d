"""The application, made of small steps. The only importer of views."""

import flask
from babel import Locale
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from kb.accounts import login
from kb.accounts import views as accounts
from kb.accounts.joining import views as joining
from kb.accounts.own import views as own_account
from kb.accounts.people import views as people
from kb.accounts.queries import viewer_of
from kb.accounts.single_sign_on import views as single_sign_on
from kb.attachments import views as attachments
from kb.audience import views as audience
from kb.audit import views as audit
from kb.cases import views as cases
from kb.config import Settings, bundled
from kb.cycles import views as cycles
from kb.db import Database
from kb.following import views as following
from kb.following.asking import views as asking
from kb.following.comments import views as comments
from kb.following.digest import views as digest
from kb.following.inbox import views as inbox
from kb.following.me import views as me
from kb.following.problems import views as problems
from kb.glossary import views as glossary
from kb.hub.bulk import views as bulk
from kb.hub.diagram import views as diagram
from kb.hub.members import views as members
from kb.hub.merges import views as merges
from kb.hub.setup import views as hub
from kb.hub.similar import views as similar
from kb.ideas import views as ideas
from kb.lineage import views as lineage
from kb.methods import views as methods
from kb.networks import views as networks
from kb.packages import views as packages
from kb.paste import views as paste
from kb.permissions import Permission
from kb.reviews import views as reviews
from kb.saved import views as saved
from kb.schools import views as schools
from kb.search import views as search
from kb.search.service import Search
from kb.site import templating
from kb.site import views as site
from kb.web import assets, cache, context, errors, gate, headers, logs
from kb.web.application import Application
from kb.writing import views as writing
from kb.writing.capture import views as capture
from kb.writing.cases import views as case_writing
from kb.writing.cycles import views as cycle_writing
from kb.writing.ideas import views as idea_writing
from kb.writing.past import views as past
from kb.writing.typed import views as typed

LOCALES = (Locale("en"),)  # ready made: Babel would read the code anew in each request
MEGABYTE = 1024 * 1024
FEATURES = (
    site,
    accounts,
    joining,
    own_account,
    single_sign_on,
    people,
    ideas,
    lineage,
    cycles,
    cycle_writing,
    capture,
    attachments,
    paste,
    cases,
    schools,
    networks,
    methods,
    glossary,
    search,
    saved,
    hub,
    diagram,
    members,
    merges,
    similar,
    bulk,
    packages,
    reviews,
    typed,
    writing,
    idea_writing,
    case_writing,
    past,
    following,
    comments,
    asking,
    problems,
    digest,
    inbox,
    me,
    audience,
    audit,
)


def create_app(settings: Settings, database: Database | None = None) -> flask.Flask:
    """Return the application; ``database`` lets a caller share an engine it already has."""
    app = Application("kb", static_folder=str(bundled("static")), static_url_path="/static")
    _setup_config(app, settings)
    opened = database or Database(settings.database)
    _setup_services(app, settings, opened)
    _setup_search(app, settings, opened)
    _setup_requests(app, settings)
    _setup_templates(app, settings)
    _setup_views(app)
    return app


def _setup_config(app: flask.Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.key,
        MAX_CONTENT_LENGTH=settings.max_request_mb * MEGABYTE,
        SESSION_COOKIE_NAME="__Host-kb" if settings.https else "kb",  # no other host of the domain can set it
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_REFRESH_EACH_REQUEST=False,  # the row on the server says how long
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _setup_services(app: flask.Flask, settings: Settings, database: Database) -> None:
    login.register(app)
    app.extensions["kb"] = context.Services(
        settings=settings,
        database=database,
        identify=login.identify,
        last_person=login.last_person,
        viewer_of=viewer_of,
    )
    app.extensions["kb.pages"] = cache.PageCache(settings.page_cache_mb * MEGABYTE)


def _setup_search(app: flask.Flask, settings: Settings, database: Database) -> None:
    held = Search(database, settings)
    app.extensions["kb.search"] = held
    app.extensions["kb"].after_commit.append(held.wake)


def _setup_requests(app: flask.Flask, settings: Settings) -> None:
    app.url_map.converters["ref"] = gate.RefConverter
    app.before_request(lambda: logs.begin(trust_proxy=settings.trusted_proxies > 0))
    app.before_request(gate.check)
    app.after_request(logs.end)  # runs last: after-request functions run in reverse order
    app.after_request(lambda response: headers.add(response, https=settings.https))
    app.after_request(cache.finish)
    app.after_request(assets.keep)
    app.teardown_request(context.close)
    errors.register(app)


def _setup_templates(app: flask.Flask, settings: Settings) -> None:
    Babel(app, default_locale="en", locale_selector=lambda: LOCALES[0])
    held = assets.make()
    app.extensions["kb.assets"] = held
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(style_url=held.style_url, asset_url=held.url, settings=settings, viewer=context.viewer)
    templating.register(app)


def _setup_views(app: flask.Flask) -> None:
    static = app.view_functions["static"]
    app.view_functions["static"] = gate.allows(Permission.SITE_READ)(static)
    for feature in FEATURES:
        app.register_blueprint(feature.bp)
